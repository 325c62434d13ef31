import Directory

/// A fresh folder, removed with everything in it.
final class TemporaryFolder {
    let path: String

    init() throws {
        path = "/tmp/malaposta-test-\(UInt64.random(in: .min ... .max))"
        try Disk.makeFolder(path, mode: 0o700)
    }

    deinit { try? Disk.remove(path) }
}
