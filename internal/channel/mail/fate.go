package mail

import (
	"regexp"
	"slices"
	"strings"
)

// notice judges what was gathered: a standard report first, then the words.
func (r *reading) notice() Notice {
	n := Notice{Original: r.original()}
	if r.feedback || complaint.MatchString(r.header.Get("Subject")) {
		n.Fate = Complaint
		n.Addresses = addressesIn(r.header.Get("Original-Rcpt-To") + " " + headerOf(r.returned, "To"))
		return n
	}
	words := r.text.String()
	for _, g := range r.status {
		n.recipient(g)
	}
	if n.Fate == "" && !r.fromAServer(words) {
		if r.automatic() {
			n.Fate = Away
		}
		return n
	}
	if n.Fate == "" {
		n.Status = statusIn(words)
		n.Fate = fateOf("failed", n.Status, words)
		n.Reason = reasonIn(words)
	}
	if len(n.Addresses) == 0 {
		n.Addresses = r.failed(words)
	}
	return n
}

var complaint = regexp.MustCompile(`(?i)^(complaint about message|email feedback report|\[?abuse report)`)

// recipient takes in one recipient of a delivery report. The worst of several is kept.
func (n *Notice) recipient(g map[string][]string) {
	get := func(name string) string {
		if v := g[name]; len(v) > 0 {
			return strings.TrimSpace(v[0])
		}
		return ""
	}
	address := afterType(get("Original-Recipient"))
	if !strings.Contains(address, "@") {
		address = afterType(get("Final-Recipient"))
	}
	action := strings.ToLower(get("Action"))
	if address == "" && action == "" {
		return
	}
	said := get("Diagnostic-Code")
	status := statusCode.FindString(get("Status"))
	if inside := statusCode.FindString(said); inside != "" && (status == "" || strings.HasSuffix(status, ".0.0")) {
		status = inside
	}
	fate := fateOf(action, status, said)
	if worse(fate, n.Fate) {
		n.Fate, n.Status, n.Reason = fate, status, line(said)
	}
	n.add(addressesIn(address)...)
}

func afterType(s string) string {
	if _, after, found := strings.Cut(s, ";"); found {
		return strings.TrimSpace(after)
	}
	return s
}

func (n *Notice) add(addresses ...string) {
	for _, a := range addresses {
		if !slices.Contains(n.Addresses, a) {
			n.Addresses = append(n.Addresses, a)
		}
	}
}

func worse(a, b Fate) bool {
	order := []Fate{NoNotice, Away, Delivered, Delayed, Soft, Hard}
	return slices.Index(order, a) > slices.Index(order, b)
}

var (
	statusCode = regexp.MustCompile(`\b[245]\.\d{1,3}\.\d{1,3}\b`)
	replyCode  = regexp.MustCompile(`(?:^|[^\d.:])([45]\d\d)[ \-#]`)
	unknown    = regexp.MustCompile(`(?i)(user|mailbox|address|account|recipient|alias|addressee|rcpt|e-?mail|destination)[^.\n]{0,60}(unknown|not exist|n't exist|not found|invalid|disabled|inactive|no longer|not (a )?valid|unavailable|not listed|rejected|suspended|deactivated|not known|not recognized|reject)|unknown (user|recipient|address|account|local)|no such (user|mailbox|recipient|address|person|account|domain)|does not exist|doesn't exist|invalid (recipient|mailbox|address)|not our customer|no mailbox here|can't find|(host|domain|server)[^.\n]{0,40}(unknown|not found|not exist)|name service error|bad destination|unrouteable|unroutable|nobody here|no user here|not a known user|user is unknown|recipient address rejected|couldn't find any host|was not found`)
	full       = regexp.MustCompile(`(?i)(mailbox|quota|inbox|storage|disk)[^.\n]{0,40}(full|exceed|over|limit|insufficient)|over ?quota|out of storage|too (many|much) (messages|mail)|mail ?box is full|quota exceeded|maildir delivery failed: (user|domain) disk quota`)
	policy     = regexp.MustCompile(`(?i)\b(spam|spf|dkim|dmarc|blocked|block ?list|black ?list|blacklisted|reputation|policy|policies|virus|content rejected|rbl|spamhaus|too large|size limit|exceeds (the )?(maximum|size)|too big|banned|relay(ing)? (access )?denied|not permitted to relay|rate limit|throttl|greylist|loop|refused to (talk|accept))`)
	late       = regexp.MustCompile(`(?i)(warning|delayed|will (be )?(retr|keep trying)|not yet been delivered|still being tried|delay(ed)? (mail|delivery)|no action is required|could not send mail for past)`)
	timedOut   = regexp.MustCompile(`(?i)(timed? ?out|connection refused|try again|temporar|deferred|unreachable|cannot send message for|lookup failure|expired)`)
)

// fateOf judges from the action, the status and the words. What is wrong with the address is hard; all else that failed
// is soft: an address is given up only on proof.
func fateOf(action, status, said string) Fate {
	switch {
	case strings.HasPrefix(action, "delayed"):
		return Delayed
	case strings.HasPrefix(action, "delivered") || strings.HasPrefix(action, "relayed") || strings.HasPrefix(action, "expanded") || strings.HasPrefix(status, "2."):
		return Delivered
	case strings.Contains(said, "NXDOMAIN"): // no such domain
		return Hard
	case full.MatchString(said) || strings.HasSuffix(status, ".2.2"):
		return Soft
	case strings.HasPrefix(status, "5.1.") && status != "5.1.8" && status != "5.1.7", status == "5.2.1", status == "5.4.4", status == "5.1.10":
		return Hard
	case strings.HasPrefix(status, "4."):
		return Soft
	case strings.HasPrefix(status, "5.7."):
		return Soft
	case policy.MatchString(said):
		return Soft
	case unknown.MatchString(said):
		return Hard
	}
	return Soft
}

var serverNames = regexp.MustCompile(`(?i)(mailer-daemon|postmaster|mail ?deliver(y|)[ .]?(sub)?system|mail\.delivery\.system|mail administrator|system administrator|^\s*<>|no-?reply@(sns\.amazonaws|0{3,}))`)
var serverSubjects = regexp.MustCompile(`(?i)(undeliver|returned mail|delivery (status )?(notification|failure|has failed|report)|failure notice|mail (delivery )?fail|delivery failed|failed delivery|mail system error|nondeliver|non remis|échec de la remise|bounce notification|permanent delivery failure|couldn't be delivered|loop alert|error sending your mail|could not send|mail could not be delivered)`)

// fromAServer tells whether a mail server speaks: it says so itself, and its subject or words do too. People write about
// failures as well.
func (r *reading) fromAServer(words string) bool {
	named := serverNames.MatchString(r.header.Get("From")) || strings.Contains(r.header.Get("Return-Path"), "<>") || r.report || r.header.Get("X-Failed-Recipients") != ""
	told := statusIn(words) != "" || replyCode.MatchString(words) || unknown.MatchString(words) || full.MatchString(words)
	return named && (serverSubjects.MatchString(subject(r.header.Get("Subject"))) || told && len(addressesIn(words)) > 0)
}

func (r *reading) automatic() bool {
	auto := strings.ToLower(r.header.Get("Auto-Submitted"))
	return strings.HasPrefix(auto, "auto-replied") || r.header.Get("X-Autoreply") != "" || strings.EqualFold(r.header.Get("Precedence"), "auto_reply") ||
		awaySubject.MatchString(subject(r.header.Get("Subject")))
}

var awaySubject = regexp.MustCompile(`(?i)^\W*(automatic reply|auto(matic)?[- ]?(reply|response|answer)|out of (the )?office|réponse automatique|absence|absent|away from|vacation)`)

// failed finds the recipients: a header that names them, else the addresses among the words, else whom it was sent to.
func (r *reading) failed(words string) []string {
	n := Notice{}
	n.add(addressesIn(r.header.Get("X-Failed-Recipients"))...)
	if len(n.Addresses) == 0 {
		sender := addressesIn(r.header.Get("From") + " " + r.header.Get("To") + " " + r.header.Get("Return-Path"))
		for _, a := range addressesIn(words) {
			if !slices.Contains(sender, a) && !serverNames.MatchString(a) {
				n.add(a)
			}
		}
	}
	if sent := addressesIn(headerOf(r.returned, "To")); len(n.Addresses) == 0 || len(n.Addresses) > 1 && len(sent) == 1 && slices.Contains(n.Addresses, sent[0]) {
		n.Addresses = sent
	}
	return n.Addresses
}

var address = regexp.MustCompile(`[A-Za-z0-9.!#$%&'*+/=?^_{|}~-]+@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?`)

func addressesIn(s string) []string {
	var l []string
	for _, a := range address.FindAllString(s, -1) {
		a = strings.ToLower(strings.Trim(a, ".'"))
		if !slices.Contains(l, a) {
			l = append(l, a)
		}
	}
	return l
}

func statusIn(words string) string {
	if s := statusCode.FindString(words); s != "" && s[0] != '2' {
		return s
	}
	if m := replyCode.FindStringSubmatch(words); m != nil {
		return m[1][:1] + ".0.0"
	}
	if late.MatchString(words) || timedOut.MatchString(words) {
		return "4.0.0"
	}
	return ""
}

// reasonIn gives the line that says most: one with a code, else one that names a cause.
func reasonIn(words string) string {
	for _, sign := range []*regexp.Regexp{statusCode, replyCode, unknown, full, policy, timedOut} {
		for _, l := range strings.Split(words, "\n") {
			if sign.MatchString(l) {
				return line(l)
			}
		}
	}
	return ""
}

func line(s string) string {
	r := []rune(strings.Join(strings.Fields(s), " "))
	return string(r[:min(len(r), 300)])
}
