//! What benches of whole processes share.

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
