//! `--timings`: where the time of an assessment went, stage by stage and report by report.

use super::output;
use std::time::Instant;

/// Notes how long stages take; tells it at the end, if asked to.
pub(super) struct Timings {
    told: bool,
    began: Instant,
    last: Reading,
    /// What was done, seconds of wall clock and of processors; these are not told apart for what was done at once.
    lines: Vec<(String, f64, Option<f64>)>,
}

#[derive(Clone, Copy)]
struct Reading {
    at: Instant,
    cpu: Option<f64>,
}

impl Reading {
    fn now() -> Reading {
        Reading { at: Instant::now(), cpu: cpu_seconds() }
    }
}

impl Timings {
    /// Begins now.
    pub(super) fn begin(told: bool) -> Timings {
        Timings { told, began: Instant::now(), last: Reading::now(), lines: Vec::new() }
    }

    /// Seconds since the beginning.
    pub(super) fn seconds(&self) -> f64 {
        self.began.elapsed().as_secs_f64()
    }

    /// Since the last stage ended, this was done.
    pub(super) fn took(&mut self, what: impl Into<String>) {
        if self.told {
            let now = Reading::now();
            let cpu = now.cpu.zip(self.last.cpu).map(|(now, then)| now - then);
            self.lines.push((what.into(), (now.at - self.last.at).as_secs_f64(), cpu));
            self.last = now;
        }
    }

    /// In the stage that is not ended yet, and beside other things, this was done.
    pub(super) fn beside(&mut self, what: &str, seconds: f64) {
        if self.told {
            self.lines.push((format!("  {what}"), seconds, None));
        }
    }

    /// Prints a line for each stage, on standard error.
    pub(super) fn tell(&self) {
        if !self.told {
            return;
        }
        output::note("  seconds   of CPU");
        let known = self.lines.iter().filter_map(|line| line.2);
        let total = ("in all".to_owned(), self.seconds(), known.reduce(|one, other| one + other));
        for (what, wall, cpu) in self.lines.iter().chain([&total]) {
            let cpu = cpu.map_or_else(String::new, |cpu| format!("{cpu:.2}"));
            output::note(&format!("{wall:>9.2} {cpu:>8}   {what}"));
        }
        if let Some(peak) = peak_memory() {
            output::note(&format!("{:>18}   at most in memory", crate::report::words::bytes(peak)));
        }
    }
}

/// Processor seconds of this process so far, all threads: proc(5), fields 14 and 15 of `stat`, in hundredths on every Linux.
fn cpu_seconds() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The name of the program may hold spaces; nothing behind its bracket does.
    let (_, fields) = text.rsplit_once(") ")?;
    let ticks: f64 = fields.split(' ').skip(11).take(2).map(|field| field.parse::<f64>().unwrap_or_default()).sum();
    Some(ticks / 100.0)
}

/// Most bytes that were in memory at once, where the system tells it.
fn peak_memory() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches(" kB").parse::<u64>().ok().map(|kilobytes| kilobytes << 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stages_are_noted_with_their_time_only_where_it_is_asked_for() {
        let mut timings = Timings::begin(true);
        std::thread::sleep(std::time::Duration::from_millis(30));
        timings.took("sleeping");
        timings.took("nothing");
        timings.beside("something", 0.5);
        assert_eq!(timings.lines.iter().map(|line| line.0.as_str()).collect::<Vec<_>>(), ["sleeping", "nothing", "  something"]);
        assert_eq!((timings.lines[2].1, timings.lines[2].2), (0.5, None));
        assert!(timings.lines[0].1 >= 0.03 && timings.lines[1].1 < 0.03 && timings.seconds() >= 0.03);
        let mut quiet = Timings::begin(false);
        quiet.took("anything");
        assert!(quiet.lines.is_empty());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_system_tells_processor_time_and_memory() {
        let before = cpu_seconds().expect("told");
        let until = Instant::now() + std::time::Duration::from_millis(200);
        let mut sum = 0u64;
        while Instant::now() < until {
            sum = std::hint::black_box(sum.wrapping_add(1));
        }
        assert!(cpu_seconds().expect("told") > before && before < 100_000.0);
        assert!(peak_memory().is_some_and(|peak| peak > 1 << 20));
    }
}
