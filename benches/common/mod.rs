//! What benches share.

#![allow(dead_code, reason = "no bench uses all of it")]

use std::fmt::Write;

/// User and system seconds of all children so far, and the largest resident set in MiB.
pub(crate) fn children() -> (f64, u64) {
    usage(libc::RUSAGE_CHILDREN)
}

/// The same of this process.
pub(crate) fn used() -> (f64, u64) {
    usage(libc::RUSAGE_SELF)
}

fn usage(of: libc::c_int) -> (f64, u64) {
    let mut usage = std::mem::MaybeUninit::<libc::rusage>::zeroed();
    #[expect(unsafe_code, reason = "getrusage fills a struct")]
    // SAFETY: the pointer is to a zeroed rusage of our own.
    let usage = unsafe {
        libc::getrusage(of, usage.as_mut_ptr());
        usage.assume_init()
    };
    let seconds = |time: libc::timeval| time.tv_sec as f64 + time.tv_usec as f64 / 1e6;
    (seconds(usage.ru_utime) + seconds(usage.ru_stime), usage.ru_maxrss as u64 / 1024)
}

/// Numbers of areas, groups and serials that are issued, walked through in steps that put neighbours far apart.
pub(crate) fn ssn(person: u64) -> String {
    let spread = person.wrapping_mul(48_271_371) % (665 * 98 * 9_900);
    format!("{:03}-{:02}-{:04}", 1 + spread / (98 * 9_900), 1 + spread / 9_900 % 98, 100 + spread % 9_900)
}

/// Draws numbers from a fixed seed (Knuth's MMIX constants).
pub(crate) struct Draw(pub(crate) u64);

impl Draw {
    /// A number below `limit`.
    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }

    /// One of these.
    pub(crate) fn pick<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len() as u64) as usize]
    }
}

/// Processor time of this thread so far.
pub(crate) fn thread_time() -> std::time::Duration {
    let mut time = std::mem::MaybeUninit::<libc::timespec>::zeroed();
    #[expect(unsafe_code, reason = "clock_gettime fills a struct")]
    // SAFETY: the pointer is to a zeroed timespec of our own.
    let time = unsafe {
        libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, time.as_mut_ptr());
        time.assume_init()
    };
    std::time::Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// A server's log: times, addresses of machines, durations, identifiers; a customer in every five thousandth line. Returned
/// with how many e-mail addresses and Social Security numbers are in it.
pub(crate) fn log(size: usize) -> (Vec<u8>, usize) {
    const CLASSES: [&str; 6] = [
        "c.a.orders.OrderService",
        "c.a.web.RequestFilter",
        "c.a.db.Pool",
        "o.h.engine.jdbc.spi.SqlExceptionHelper",
        "c.a.jobs.Nightly",
        "c.a.cache.Region",
    ];
    let mut draw = Draw(1);
    let mut planted = 0;
    let mut text = String::new();
    let mut line = 0;
    while text.len() < size {
        line += 1;
        let (second, millis, thread) = (line / 7, draw.below(1000), draw.below(64));
        let _ = write!(
            text,
            "2025-03-{:02}T{:02}:{:02}:{:02}.{millis:03}Z {} [http-nio-8080-exec-{thread}] {} - ",
            1 + second / 86_400,
            second / 3600 % 24,
            second / 60 % 60,
            second % 60,
            draw.pick(&["INFO ", "INFO ", "INFO ", "DEBUG", "WARN "]),
            draw.pick(&CLASSES)
        );
        let _ = match draw.below(5) {
            _ if line % 5000 == 0 => {
                planted += 2;
                writeln!(text, "customer user{line}@mailhaven.net changed, SSN: {}", ssn(line))
            }
            0 => writeln!(
                text,
                "GET /api/v2/orders/{} 200 {}ms from 10.{}.{}.{}",
                draw.below(90_000),
                draw.below(900),
                draw.below(256),
                draw.below(256),
                draw.below(256)
            ),
            1 => writeln!(text, "took {} ms, {} rows, cursor {:08x}", draw.below(5000), draw.below(100), draw.below(1 << 31)),
            2 => writeln!(
                text,
                "request {:08x}-{:04x}-4{:03x}-a{:03x}-{:012x} finished",
                draw.below(1 << 31),
                draw.below(1 << 16),
                draw.below(1 << 12),
                draw.below(1 << 12),
                draw.below(1 << 31)
            ),
            3 => {
                writeln!(text, "pool size {} of {}, waiting {}, average 0.{:06}", draw.below(20), 20, draw.below(4), draw.below(1_000_000))
            }
            _ => writeln!(text, "nightly job step {} of 12 done, no errors reported, continuing with the next step", draw.below(12)),
        };
    }
    (text.into_bytes(), planted)
}
