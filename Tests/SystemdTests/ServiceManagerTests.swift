import Foundation
import Glibc
import Testing

@testable import Systemd

/// The environment belongs to the whole process, so these run one after the other.
@Suite("What systemd is told, sd_notify(3)", .serialized) struct ServiceManagerTests {
    /// What arrives at a socket of ours while `body` runs.
    private func told(_ body: (ServiceManager) -> Void) throws -> [String] {
        let path = FileManager.default.temporaryDirectory.appending(path: "notify-\(UUID().uuidString.prefix(8))").path
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let octets = Array(path.utf8)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: octets) }
        let bound = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        try #require(bound == 0)
        defer {
            close(descriptor)
            unsafe unlink(path)
        }
        unsafe setenv("NOTIFY_SOCKET", path, 1)
        body(ServiceManager())
        unsafe unsetenv("NOTIFY_SOCKET")
        var messages: [String] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = unsafe recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
            guard count > 0 else { return messages }
            messages.append(String(decoding: buffer.prefix(count), as: UTF8.self))
        }
    }

    @Test func saysHowTheServiceIs() throws {
        let messages = try told { manager in
            manager.status("two\nlines")
            manager.ready()
            manager.alive()
            manager.stopping()
        }
        #expect(messages == ["STATUS=two lines", "READY=1", "WATCHDOG=1", "STOPPING=1"])
    }

    @Test func aReloadCarriesItsTime() throws {
        let messages = try told { $0.reloading() }
        #expect(messages.first?.hasPrefix("RELOADING=1\nMONOTONIC_USEC=") == true)
    }

    @Test func withoutSystemdNothingIsSaid() {
        #expect(ServiceManager().watchdogTime == nil)
        ServiceManager().ready()
    }
}
