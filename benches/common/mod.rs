//! What benches share.

#![allow(dead_code, reason = "no bench uses all of it")]

/// User and system seconds of all children so far, and the largest resident set in MiB.
pub(crate) fn children() -> (f64, u64) {
    let mut usage = std::mem::MaybeUninit::<libc::rusage>::zeroed();
    #[expect(unsafe_code, reason = "getrusage fills a struct")]
    // SAFETY: the pointer is to a zeroed rusage of our own.
    let usage = unsafe {
        libc::getrusage(libc::RUSAGE_CHILDREN, usage.as_mut_ptr());
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
