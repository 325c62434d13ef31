package import NIOCore

/// What the spool asks of a file system, so that a test can fail the first write, then the second, and so on.
///
/// Every call blocks: the spool's own threads make them.
package protocol SpoolFileSystem: Sendable {
    /// Makes a folder where there is none, mode 0700; its parent must exist.
    func makeFolder(_ path: String) throws(FileFailure)
    /// Makes a new file, mode 0600; fails where there is one.
    func create(_ path: String) throws(FileFailure) -> any SpoolFile
    /// Opens an existing file to append to it.
    func open(_ path: String) throws(FileFailure) -> any SpoolFile
    /// Takes the file's lock for as long as it is open; nil where another process has it.
    func lock(_ path: String) throws(FileFailure) -> (any SpoolFile)?
    func rename(_ path: String, to other: String) throws(FileFailure)
    func remove(_ path: String) throws(FileFailure)
    /// Names of a folder's files, sorted.
    func names(in folder: String) throws(FileFailure) -> [String]
    /// Makes a folder's entries durable.
    func syncFolder(_ path: String) throws(FileFailure)
    /// At most `length` octets from `offset`; fewer at the file's end.
    func read(_ path: String, from offset: Int, length: Int) throws(FileFailure) -> ByteBuffer
    func size(of path: String) throws(FileFailure) -> Int
    /// Octets that the file system still has for us.
    func freeOctets(at path: String) throws(FileFailure) -> Int
}

/// An open file that grows at its end. One thread at a time.
package protocol SpoolFile: Sendable {
    /// All octets, or a failure after some of them.
    func append(_ octets: ByteBuffer) throws(FileFailure)
    func truncate(to size: Int) throws(FileFailure)
    /// Makes content and size durable. After a failure nobody knows what is on the disk: never ask again.
    func sync() throws(FileFailure)
    func close()
}

/// A system call that failed.
package struct FileFailure: Error, Hashable, Sendable, CustomStringConvertible {
    package let operation: String
    package let path: String
    /// errno(3).
    package let code: Int32

    package init(_ operation: String, _ path: String, code: Int32) {
        self.operation = operation
        self.path = path
        self.code = code
    }

    package var description: String { "\(operation) \(path): error \(code)" }
}
