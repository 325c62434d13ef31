internal import CHost

/// Whether something keeps this machine's clock right, adjtimex(2).
enum ClockProbe {
    static func finding() -> DoctorFinding {
        var state = timex()
        let code = unsafe adjtimex(&state)
        return finding(
            code: code, isUnsynchronized: state.status & STA_UNSYNC != 0,
            errorMicroseconds: Int(state.maxerror))
    }

    /// - Parameters:
    ///   - code: what adjtimex(2) gave.
    ///   - errorMicroseconds: the largest error that the kernel reckons with.
    static func finding(code: Int32, isUnsynchronized: Bool, errorMicroseconds: Int) -> DoctorFinding {
        let wanted = "a clock kept by NTP (chrony or systemd-timesyncd)"
        guard code >= 0 else {
            return DoctorFinding(
                "clock", .skipped, now: "the kernel does not say how the clock is kept", wanted: wanted)
        }
        guard !isUnsynchronized, code != TIME_ERROR else {
            return DoctorFinding(
                "clock", .warning, now: "nothing keeps it right", wanted: wanted,
                consequence:
                    "once it is wrong, DNSSEC and certificates fail, and mail is filed under wrong dates")
        }
        return .good("clock", "kept right, to within \(errorMicroseconds / 1_000) ms", wanted: wanted)
    }
}
