internal import Glibc

/// How many descriptors this process may hold open (setrlimit(2), RLIMIT_NOFILE).
package enum FileLimit {
    /// How many connections they allow: half of them, as the other half is for mailboxes, the spool and local sockets. A host that
    /// has no descriptor left for these could do nothing for the connections that it has.
    package static let connections = max(16, raise() / 2)

    /// Raises the limit to the most that may be had: shells and systemd begin with 1,024, and a connection takes one.
    ///
    /// - Returns: the limit in force.
    @discardableResult
    package static func raise() -> Int {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 0 }
        guard limit.rlim_cur < limit.rlim_max else { return Int(clamping: limit.rlim_cur) }
        limit.rlim_cur = limit.rlim_max
        _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        _ = unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        return Int(clamping: limit.rlim_cur)
    }
}
