//! Bounds for proportions seen in a sample, and how large a sample must be.
//!
//! Clopper and Pearson, "The use of confidence or fiducial limits", Biometrika 26 (1934): exact, never
//! too narrow. Wilson, "Probable inference", JASA 22 (1927): close to nominal on average.

/// A lower and an upper bound of a share.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    pub low: f64,
    pub high: f64,
}

/// The exact interval for `hits` of `n` at this confidence (0.95). Nothing sampled bounds nothing.
pub fn clopper_pearson(hits: u64, n: u64, confidence: f64) -> Interval {
    let hits = hits.min(n);
    let tail = (1.0 - confidence) / 2.0;
    let (k, rest) = (hits as f64, (n - hits) as f64);
    Interval {
        low: if hits == 0 { 0.0 } else { beta_quantile(tail, k, rest + 1.0) },
        high: if hits == n { 1.0 } else { beta_quantile(1.0 - tail, k + 1.0, rest) },
    }
}

/// Wilson's score interval for `hits` of `n`.
pub fn wilson(hits: u64, n: u64, confidence: f64) -> Interval {
    if n == 0 {
        return Interval { low: 0.0, high: 1.0 };
    }
    let z = normal_quantile(1.0 - (1.0 - confidence) / 2.0);
    let (n, share) = (n as f64, hits.min(n) as f64 / n as f64);
    let scale = 1.0 + z * z / n;
    let centre = (share + z * z / (2.0 * n)) / scale;
    let half = z * (share * (1.0 - share) / n + z * z / (4.0 * n * n)).sqrt() / scale;
    Interval { low: (centre - half).max(0.0), high: (centre + half).min(1.0) }
}

/// How many to look at so that finding nothing shows, at this confidence, that the rate is below `rate`.
pub fn zero_find_size(rate: f64, confidence: f64) -> u64 {
    let rate = rate.clamp(1e-9, 0.999_999);
    ((1.0 - confidence).ln() / (1.0 - rate).ln()).ceil() as u64
}

/// How many of `population` to look at for a share known within `margin` either way, whatever it is (Cochran, with
/// correction for small populations).
pub fn share_size(margin: f64, confidence: f64, population: u64) -> u64 {
    let z = normal_quantile(1.0 - (1.0 - confidence) / 2.0);
    let unlimited = z * z * 0.25 / (margin * margin).max(1e-12);
    let limited = unlimited / (1.0 + (unlimited - 1.0) / (population as f64).max(1.0));
    (limited.ceil() as u64).min(population)
}

/// The least count that a Poisson variable of this mean stays at or below with this probability.
pub fn poisson_quantile(probability: f64, mean: f64) -> u64 {
    // Beyond, the normal approximation is as good and no power underflows.
    if mean > 500.0 {
        return (mean + normal_quantile(probability) * mean.sqrt()).ceil() as u64;
    }
    let (mut count, mut term) = (0, (-mean).exp());
    let mut sum = term;
    while sum < probability && count < 10_000 {
        count += 1;
        term *= mean / count as f64;
        sum += term;
    }
    count
}

/// The same of a Poisson variable whose mean is not known but to this standard deviation, as a gamma variable: a negative binomial one.
pub fn mixed_poisson_quantile(probability: f64, mean: f64, spread: f64) -> u64 {
    let scale = spread * spread / mean.max(f64::MIN_POSITIVE);
    if scale < 1e-9 {
        return poisson_quantile(probability, mean);
    }
    let shape = mean / scale;
    let (mut count, mut term) = (0, (-shape * scale.ln_1p()).exp());
    if term < 1e-280 {
        return (mean + normal_quantile(probability) * (mean + spread * spread).sqrt()).ceil() as u64;
    }
    let mut sum = term;
    while sum < probability && count < 1_000_000 {
        term *= (shape + count as f64) / (count + 1) as f64 * scale / (1.0 + scale);
        count += 1;
        sum += term;
    }
    count
}

/// The value below which a beta variable stays with this probability.
pub fn beta_quantile(probability: f64, a: f64, b: f64) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    // Each step halves the interval; 60 reach the precision of the number.
    for _ in 0..60 {
        let middle = (low + high) / 2.0;
        if regularised_beta(middle, a, b) < probability { low = middle } else { high = middle }
    }
    (low + high) / 2.0
}

/// The regularised incomplete beta function (DLMF 8.17), by its continued fraction.
fn regularised_beta(x: f64, a: f64, b: f64) -> f64 {
    if x <= 0.0 || x >= 1.0 {
        return x.clamp(0.0, 1.0);
    }
    // The fraction converges fast on this side only (DLMF 8.17.4).
    if x > (a + 1.0) / (a + b + 2.0) {
        return 1.0 - regularised_beta(1.0 - x, b, a);
    }
    let front = (a * x.ln() + b * (1.0 - x).ln() + ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b)).exp() / a;
    front * beta_fraction(x, a, b)
}

/// DLMF 8.17.22, evaluated from the front (modified Lentz).
fn beta_fraction(x: f64, a: f64, b: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let away = |value: f64| if value.abs() < TINY { TINY } else { value };
    let mut d = 1.0 / away(1.0 - (a + b) * x / (a + 1.0));
    let (mut c, mut fraction) = (1.0, d);
    for step in 1..10_000 {
        let m = f64::from(step);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        let before = fraction;
        for term in [even, odd] {
            d = 1.0 / away(1.0 + term * d);
            c = away(1.0 + term / c);
            fraction *= c * d;
        }
        if (fraction / before - 1.0).abs() < 1e-15 {
            break;
        }
    }
    fraction
}

/// The logarithm of the gamma function for arguments above 0 (Lanczos, g = 7).
fn ln_gamma(x: f64) -> f64 {
    const TERMS: [f64; 9] = [
        0.999_999_999_999_809_9,
        676.520_368_121_885_1,
        -1_259.139_216_722_402_8,
        771.323_428_777_653_1,
        -176.615_029_162_140_6,
        12.507_343_278_686_905,
        -0.138_571_095_265_720_12,
        9.984_369_578_019_572e-6,
        1.505_632_735_149_311_6e-7,
    ];
    let x = x - 1.0;
    let sum = TERMS.iter().skip(1).enumerate().fold(TERMS[0], |sum, (at, term)| sum + term / (x + at as f64 + 1.0));
    let t = x + 7.5;
    0.5 * std::f64::consts::TAU.ln() + (x + 0.5) * t.ln() - t + sum.ln()
}

/// The standard normal value below which this share lies (Acklam's approximation, relative error below 1.2e-9).
fn normal_quantile(p: f64) -> f64 {
    const A: [f64; 6] = [
        -39.696_830_286_653_76,
        220.946_098_424_520_5,
        -275.928_510_446_968_7,
        138.357_751_867_269,
        -30.664_798_066_147_16,
        2.506_628_277_459_239,
    ];
    const B: [f64; 6] =
        [-54.476_098_798_224_06, 161.585_836_858_040_9, -155.698_979_859_886_6, 66.801_311_887_719_72, -13.280_681_552_885_72, 1.0];
    const C: [f64; 6] = [
        -0.007_784_894_002_430_293,
        -0.322_396_458_041_136_5,
        -2.400_758_277_161_838,
        -2.549_732_539_343_734,
        4.374_664_141_464_968,
        2.938_163_982_698_783,
    ];
    const D: [f64; 5] = [0.007_784_695_709_041_462, 0.322_467_129_070_039_8, 2.445_134_137_142_996, 3.754_408_661_907_416, 1.0];
    let polynomial = |terms: &[f64], x: f64| terms.iter().fold(0.0, |sum, term| sum * x + term);
    let p = p.clamp(1e-12, 1.0 - 1e-12);
    if p < 0.024_25 {
        let q = (-2.0 * p.ln()).sqrt();
        return polynomial(&C, q) / polynomial(&D, q);
    }
    if p > 1.0 - 0.024_25 {
        return -normal_quantile(1.0 - p);
    }
    let q = p - 0.5;
    polynomial(&A, q * q) * q / polynomial(&B, q * q)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Mean and the count that 97.5 % stay at or below: tables of the Poisson distribution (Pearson and Hartley, Biometrika Tables, table 7).
    #[test]
    fn poisson_counts_are_those_of_the_tables() {
        for (mean, most) in [(0.0, 0), (0.02, 0), (0.05, 1), (0.25, 2), (1.0, 3), (2.0, 5), (5.0, 10), (10.0, 17), (30.0, 41)] {
            assert_eq!(poisson_quantile(0.975, mean), most, "{mean}");
        }
        assert_eq!((poisson_quantile(0.975, 499.0), poisson_quantile(0.975, 501.0)), (543, 545));
    }

    #[test]
    fn a_mean_that_is_not_known_widens_a_poisson_count_to_a_negative_binomial_one() {
        // Shape 1 is the geometric distribution: P(X > x) = (mean / (1 + mean)) ^ (x + 1).
        for mean in [0.2, 0.8, 3.0, 20.0] {
            let most = mixed_poisson_quantile(0.975, mean, mean);
            let beyond = |count: f64| (mean / (1.0 + mean)).powf(count + 1.0);
            assert!(beyond(most as f64) <= 0.025 && (most == 0 || beyond(most as f64 - 1.0) > 0.025), "{mean}");
        }
        assert_eq!(mixed_poisson_quantile(0.975, 10.0, 0.0), 17);
        assert_eq!(mixed_poisson_quantile(0.975, 0.0, 0.0), 0);
        // By the normal approximation, and by the sum.
        assert!(
            mixed_poisson_quantile(0.975, 900.0, 30.0).abs_diff(984) <= 2 && mixed_poisson_quantile(0.975, 600.0, 30.0).abs_diff(677) <= 3
        );
    }

    /// Hits, sample, lower and upper bound at 95 %, as printed to four digits in tables of exact limits
    /// (Geigy Scientific Tables; Newcombe, Statistics in Medicine 17 (1998), table I, for the last four).
    const EXACT: &[(u64, u64, f64, f64)] = &[
        (0, 5, 0.0, 0.5218),
        (1, 5, 0.0051, 0.7164),
        (2, 5, 0.0527, 0.8534),
        (0, 10, 0.0, 0.3085),
        (1, 10, 0.0025, 0.4450),
        (2, 10, 0.0252, 0.5561),
        (3, 10, 0.0667, 0.6525),
        (4, 10, 0.1216, 0.7376),
        (5, 10, 0.1871, 0.8129),
        (10, 10, 0.6915, 1.0),
        (1, 20, 0.0013, 0.2487),
        (2, 20, 0.0123, 0.3170),
        (5, 20, 0.0866, 0.4910),
        (10, 20, 0.2720, 0.7280),
        (0, 30, 0.0, 0.1157),
        (1, 30, 0.0008, 0.1722),
        (15, 30, 0.3130, 0.6870),
        (0, 100, 0.0, 0.0362),
        (1, 100, 0.0003, 0.0545),
        (5, 100, 0.0164, 0.1128),
        (10, 100, 0.0490, 0.1762),
        (50, 100, 0.3983, 0.6017),
        (81, 263, 0.2527, 0.3676),
        (15, 148, 0.0578, 0.1617),
        (0, 20, 0.0, 0.1684),
        (1, 29, 0.0009, 0.1776),
    ];

    #[test]
    fn exact_bounds_are_those_of_published_tables() {
        for (hits, n, low, high) in EXACT {
            let interval = clopper_pearson(*hits, *n, 0.95);
            assert!((interval.low - low).abs() < 5.1e-5 && (interval.high - high).abs() < 5.1e-5, "{hits}/{n}: {interval:?}");
        }
    }

    #[test]
    fn wilson_bounds_are_those_of_published_tables() {
        // Newcombe (1998), table I, method 3.
        for (hits, n, low, high) in [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)] {
            let interval = wilson(hits, n, 0.95);
            assert!((interval.low - low).abs() < 5.1e-5 && (interval.high - high).abs() < 5.1e-5, "{hits}/{n}: {interval:?}");
        }
    }

    #[test]
    fn exact_bounds_leave_half_the_error_on_each_side() {
        // Straight sums of binomial probabilities are the definition.
        for (hits, n) in [(1u64, 7u64), (3, 12), (11, 40), (39, 40), (120, 900)] {
            let interval = clopper_pearson(hits, n, 0.9);
            let term = |k: u64, p: f64| {
                let choose: f64 = (0..k).map(|at| ((n - at) as f64 / (k - at) as f64).ln()).sum();
                (choose + k as f64 * p.ln() + (n - k) as f64 * (1.0 - p).ln()).exp()
            };
            let above: f64 = (hits..=n).map(|k| term(k, interval.low)).sum();
            let below: f64 = (0..=hits).map(|k| term(k, interval.high)).sum();
            assert!((above - 0.05).abs() < 1e-9 && (below - 0.05).abs() < 1e-9, "{hits}/{n}: {above} {below}");
        }
    }

    #[test]
    fn sample_sizes_are_the_known_ones() {
        let sizes = [0.05, 0.02, 0.01, 0.005].map(|rate| zero_find_size(rate, 0.95));
        assert_eq!(sizes, [59, 149, 299, 598]);
        assert_eq!(share_size(0.05, 0.95, u64::MAX), 385);
        assert_eq!(share_size(0.05, 0.95, 1000), 278);
        assert_eq!(share_size(0.05, 0.95, 3), 3);
    }
}
