import Glibc
import Testing
import Worker

@Suite("Descriptors") struct FileLimitTests {
    @Test func asManyAsMayBeHad() {
        let limit = FileLimit.raise()
        #expect(limit >= 1_024)
        #expect(limit == FileLimit.raise())
        #expect(Int(sysconf(Int32(_SC_OPEN_MAX))) == limit)
        #expect(FileLimit.connections == limit / 2)
    }
}
