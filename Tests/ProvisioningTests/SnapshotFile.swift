import Foundation

/// A file for snapshots, which goes with the value.
final class SnapshotFile: Sendable {
    let path = FileManager.default.temporaryDirectory.appending(path: "malaposta-snapshots-\(UUID().uuidString).db").path

    deinit {
        for suffix in ["", "-journal"] { try? FileManager.default.removeItem(atPath: path + suffix) }
    }
}
