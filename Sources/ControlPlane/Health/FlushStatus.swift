internal import Store

/// A failed flush that the mail worker has not made good yet.
package struct FlushStatus: Codable, Sendable, Hashable {
    /// The note of it.
    package var note: String
    /// Seconds since 1970; nil where the note cannot be read.
    package var since: Int64?

    init(note: String, since: Int64?) { (self.note, self.since) = (note, since) }

    /// Nil where none has failed.
    init?(accounts folder: String) {
        guard let failed = FailedFlush.standing(in: folder) else { return nil }
        self.init(note: failed.note, since: failed.since)
    }

    var problem: HealthProblem {
        let since = since.map { " on \(CalendarDay.minute($0)) UTC" } ?? ""
        return HealthProblem(
            "flush-failed",
            """
            a flush to the disk has failed\(since), as \(note) says: mail of the hour before and since may be in memory alone, and \
            no program takes more until malaposta-mail has written it anew
            """,
            cure: """
                malaposta-mail does that when it starts, and removes the note; where it stays, its log ('journalctl -u \
                malaposta-mail') and the kernel's ('dmesg') say what the disk refuses; a restart of the machine before that \
                loses that mail
                """)
    }
}
