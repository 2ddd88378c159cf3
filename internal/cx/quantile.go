package cx

import "math"

// z95 is the 97.5 % quantile of the normal law: every interval is at 95 %.
const z95 = 1.959963984540054

// normalTail gives the two-sided p-value of a normal deviate.
func normalTail(z float64) float64 { return math.Erfc(math.Abs(z) / math.Sqrt2) }

// student95 gives the 97.5 % quantile of Student's law with df ≥ 1 degrees of freedom, to nine digits: by bisection
// of its tail up to 200, by the expansion of Cornish and Fisher (1937) beyond, where it is as exact and free.
func student95(df float64) float64 {
	if df > 200 {
		return cornishFisher(df)
	}
	low, high := 1.0, 13.0
	for range 60 {
		mid := (low + high) / 2
		if betaInc(df/2, 0.5, df/(df+mid*mid)) > 0.05 {
			low = mid
		} else {
			high = mid
		}
	}
	return (low + high) / 2
}

func cornishFisher(df float64) float64 {
	z, z2 := z95, z95*z95
	t := z + z*(z2+1)/(4*df)
	t += z * (5*z2*z2 + 16*z2 + 3) / (96 * df * df)
	t += z * (3*z2*z2*z2 + 19*z2*z2 + 17*z2 - 15) / (384 * df * df * df)
	return t
}

// betaInc is the regularised incomplete beta function I_x(a, b), by Lentz's continued fraction (Numerical Recipes
// §6.4).
func betaInc(a, b, x float64) float64 {
	if x <= 0 {
		return 0
	}
	if x >= 1 {
		return 1
	}
	ab, _ := math.Lgamma(a + b)
	la, _ := math.Lgamma(a)
	lb, _ := math.Lgamma(b)
	front := math.Exp(ab - la - lb + a*math.Log(x) + b*math.Log1p(-x))
	if x < (a+1)/(a+b+2) {
		return front * betaFraction(a, b, x) / a
	}
	return 1 - front*betaFraction(b, a, 1-x)/b
}

func betaFraction(a, b, x float64) float64 {
	const tiny = 1e-300
	guard := func(v float64) float64 {
		if math.Abs(v) < tiny {
			return tiny
		}
		return v
	}
	c, d := 1.0, 1/guard(1-(a+b)*x/(a+1))
	h := d
	for m := 1.0; m < 100_000; m++ {
		even := m * (b - m) * x / ((a + 2*m - 1) * (a + 2*m))
		d, c = 1/guard(1+even*d), guard(1+even/c)
		h *= d * c
		odd := -(a + m) * (a + b + m) * x / ((a + 2*m) * (a + 2*m + 1))
		d, c = 1/guard(1+odd*d), guard(1+odd/c)
		h *= d * c
		if math.Abs(d*c-1) < 1e-15 {
			break
		}
	}
	return h
}

// medianRank gives the largest rank r such that [x(r), x(n+1−r)] holds the median with at least 95 %, that is
// P(Bin(n, ½) < r) ≤ 2.5 %; 0 when there is none (n < 6).
func medianRank(n int64) int64 {
	low, high := int64(0), n/2+1 // low holds, high does not
	for high-low > 1 {
		r := (low + high) / 2
		if betaInc(float64(n-r+1), float64(r), 0.5) <= 0.025 {
			low = r
		} else {
			high = r
		}
	}
	return low
}
