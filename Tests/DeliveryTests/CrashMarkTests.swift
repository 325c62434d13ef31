import Foundation
import Testing

@testable import Delivery

@Suite("The mark that a crash leaves") struct CrashMarkTests {
    private let path = FileManager.default.temporaryDirectory.appending(path: "crash-\(UUID().uuidString)").path

    @Test func anAbortLeavesIt() async {
        defer { try? FileManager.default.removeItem(atPath: path) }
        await #expect(processExitsWith: .signal(SIGABRT)) { [path = path as String] in
            CrashMark.install(at: path)
            abort()
        }
        #expect(CrashMark.isSet(at: path))
    }

    @Test func aTrapLeavesIt() async {
        defer { try? FileManager.default.removeItem(atPath: path) }
        await #expect(processExitsWith: .failure) { [path = path as String] in
            CrashMark.install(at: path)
            fatalError("a trap")
        }
        #expect(CrashMark.isSet(at: path))
    }

    /// The process ends by it all the same.
    @Test func aSignalFromOutsideLeavesNone() async {
        defer { try? FileManager.default.removeItem(atPath: path) }
        await #expect(processExitsWith: .signal(SIGSEGV)) { [path = path as String] in
            CrashMark.install(at: path)
            // As kill(1) sends it: si_code says that it is no fault.
            kill(getpid(), SIGSEGV)
            // Another thread may be the one that it reaches.
            sleep(60)
        }
        #expect(!CrashMark.isSet(at: path))
    }
}
