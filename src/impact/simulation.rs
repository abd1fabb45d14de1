//! The sum of many uncertain lines: a PERT distribution for each (low, likely, high), drawn
//! many times with a fixed seed, and the mean and deviation in closed form to hold it against.
//!
//! Lines are drawn independently of each other. If they move together, the sum can reach the
//! plain sums of the lows and of the highs ([`super::totals`]), which the reports show as well.

use super::{Kind, Line, Spread};
use crate::base::Random;

/// Draws of a simulation.
pub const DRAWS: usize = 10_000;

/// The seed of every simulation: the same lines give the same figures.
const SEED: u64 = 0x0b5e_ac45_c09e_2026;

/// The distribution of the sum of the lines of one kind; amounts in US dollars.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Simulated {
    pub kind: Kind,
    /// A tenth of the draws lies below the low, half below the likely, a tenth above the high.
    pub deciles: Spread,
    /// In closed form.
    pub mean: f64,
    /// In closed form; the square root of the summed variances.
    pub deviation: f64,
}

/// The sum of the lines of each kind that has any, drawn [`DRAWS`] times.
pub fn simulate(lines: &[Line]) -> Vec<Simulated> {
    let mut random = Random(SEED);
    let of = |kind: Kind| -> Vec<Spread> { lines.iter().filter(|line| line.kind == kind).map(|line| line.cost).collect() };
    let kinds = Kind::ALL.iter().map(|kind| (*kind, of(*kind))).filter(|(_, costs)| !costs.is_empty());
    kinds.map(|(kind, costs)| sum(kind, &costs, &mut random)).collect()
}

fn sum(kind: Kind, costs: &[Spread], random: &mut Random) -> Simulated {
    let mut sums = vec![0.0; DRAWS];
    for cost in costs {
        for sum in &mut sums {
            *sum += random.pert(*cost);
        }
    }
    sums.sort_by(f64::total_cmp);
    let at = |tenths: usize| sums.get(DRAWS * tenths / 10).copied().unwrap_or_default();
    Simulated {
        kind,
        deciles: Spread { low: at(1), likely: at(5), high: at(9) }.rounded(),
        mean: costs.iter().map(|cost| mean(*cost)).sum(),
        deviation: costs.iter().map(|cost| variance(*cost)).sum::<f64>().sqrt(),
    }
}

/// The mean of a PERT distribution.
fn mean(cost: Spread) -> f64 {
    (cost.low + 4.0 * cost.likely + cost.high) / 6.0
}

fn variance(cost: Spread) -> f64 {
    let mean = mean(cost);
    (mean - cost.low) * (cost.high - mean) / 7.0
}

impl Random {
    /// Above 0, below 1.
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit a float")]
    fn uniform(&mut self) -> f64 {
        ((self.draw() >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
    }

    /// A standard normal number, by the method of Box and Muller.
    fn normal(&mut self) -> f64 {
        let (radius, angle) = (self.uniform(), self.uniform());
        (-2.0 * radius.ln()).sqrt() * (std::f64::consts::TAU * angle).cos()
    }

    /// A gamma number of shape 1 or more, by the method of Marsaglia and Tsang (2000).
    fn gamma(&mut self, shape: f64) -> f64 {
        let d = shape - 1.0 / 3.0;
        let c = 1.0 / (9.0 * d).sqrt();
        loop {
            let x = self.normal();
            let v = (1.0 + c * x).powi(3);
            if v > 0.0 && self.uniform().ln() < 0.5 * x * x + d - d * v + d * v.ln() {
                return d * v;
            }
        }
    }

    /// A number of the PERT distribution: a beta distribution over low to high, its peak at likely.
    fn pert(&mut self, cost: Spread) -> f64 {
        let width = cost.high - cost.low;
        if width <= 0.0 {
            return cost.low;
        }
        let above = self.gamma(1.0 + 4.0 * (cost.likely - cost.low) / width);
        let below = self.gamma(1.0 + 4.0 * (cost.high - cost.likely) / width);
        cost.low + width * above / (above + below)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(kind: Kind, low: f64, likely: f64, high: f64) -> Line {
        let cost = Spread { low, likely, high };
        Line { line: String::new(), quantity: Spread::ONE, unit: cost, cost, kind, source: String::new(), year: 2026 }
    }

    #[test]
    fn draws_agree_with_the_closed_form() {
        let mut random = Random(1);
        for (low, likely, high) in [(0.0, 1.0, 10.0), (5.0, 5.0, 9.0), (1.0, 9.0, 9.0), (100.0, 150.0, 200.0)] {
            let cost = Spread { low, likely, high };
            let draws: Vec<f64> = (0..40_000).map(|_| random.pert(cost)).collect();
            let average = draws.iter().sum::<f64>() / 40_000.0;
            let spread = draws.iter().map(|draw| (draw - average).powi(2)).sum::<f64>() / 40_000.0;
            let width = high - low;
            assert!((average - mean(cost)).abs() < width * 0.005, "{low} {likely} {high}: {average}");
            assert!((spread / variance(cost) - 1.0).abs() < 0.04, "{low} {likely} {high}: {spread}");
            assert!(draws.iter().all(|draw| (low..=high).contains(draw)));
        }
    }

    #[test]
    fn the_sum_of_many_lines_is_narrower_than_the_sums_of_their_ends_and_nearly_normal() {
        let lines: Vec<Line> = (0..30).map(|_| line(Kind::Expected, 0.0, 100.0, 500.0)).collect();
        let [simulated] = simulate(&lines)[..] else { panic!("one kind") };
        assert_eq!(simulated.mean, 4500.0);
        let deciles = simulated.deciles;
        assert!(deciles.low > 0.0 && deciles.high < 15_000.0 && deciles.low < deciles.likely && deciles.likely < deciles.high);
        for (found, sigmas) in [(deciles.low, -1.2816), (deciles.likely, 0.0), (deciles.high, 1.2816)] {
            let wanted = simulated.mean + sigmas * simulated.deviation;
            assert!((found - wanted).abs() < simulated.deviation * 0.1, "{found} {wanted}");
        }
    }

    #[test]
    fn the_same_lines_give_the_same_figures_and_certain_costs_do_not_spread() {
        let lines = [line(Kind::Expected, 1.0, 2.0, 9.0), line(Kind::Indicative, 7.0, 7.0, 7.0)];
        assert_eq!(simulate(&lines), simulate(&lines));
        assert_eq!(simulate(&lines)[1].deciles, Spread::of(7.0));
        assert_eq!(simulate(&[]), []);
    }
}
