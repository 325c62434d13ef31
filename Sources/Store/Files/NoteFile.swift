internal import Glibc

/// A small file of ours that stays open and is written anew from its beginning, in place: cheap enough to be noted before each
/// change. What stood behind the new octets stays, so they end in a mark of their own.
final class NoteFile {
    private let descriptor: Int32
    private let path: String
    private let files: FileSystem

    init(path: String, files: FileSystem) throws(FileError) {
        (self.path, self.files) = (path, files)
        try files.touch(path)
        descriptor = unsafe open(path, O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileError(call: "open", path: path, code: errno) }
    }

    deinit { close(descriptor) }

    func write(_ octets: [UInt8]) throws(FileError) {
        try files.announce("write", path)
        var done = 0
        while done < octets.count {
            let written = unsafe octets.withUnsafeBytes { octets in
                unsafe pwrite(descriptor, octets.baseAddress.map { unsafe $0 + done }, octets.count - done, off_t(done))
            }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { throw FileError(call: "write", path: path, code: written == 0 ? EIO : errno) }
            done += written
        }
    }
}
