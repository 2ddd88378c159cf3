package foreign

func (r *reader) limeSurvey(b []byte) error { return broken(errDeep) }
