/// A flush that failed in this run of the machine, while what it may have lost is not written anew. For who tells the operator.
package struct FailedFlush: Sendable {
    /// The note's path.
    package let note: String
    /// Seconds since 1970, of the first of them; nil where the note cannot be read.
    package let since: Int64?

    /// Nil where there is none.
    ///
    /// - Parameter root: the folder `accounts`.
    package static func standing(in root: String) -> FailedFlush? {
        // The role is of no matter to who only looks.
        let note = FailedFlushNote(StoreOptions(root: root, role: .web))
        guard note.stands else { return nil }
        return FailedFlush(note: note.path, since: (try? note.content())??.seconds)
    }
}
