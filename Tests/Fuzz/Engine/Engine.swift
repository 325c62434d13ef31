import Glibc

/// libFuzzer around one target, which FUZZ_TARGET names; the arguments are libFuzzer's own.
///
/// Its driver is called as a library (https://llvm.org/docs/LibFuzzer.html#using-libfuzzer-as-a-library).
@main enum Engine {
    static let target: FuzzTarget = {
        let name = unsafe getenv("FUZZ_TARGET").map { unsafe String(cString: $0) } ?? ""
        guard let found = FuzzTargets.all.first(where: { $0.name == name }) else {
            print("FUZZ_TARGET is one of: " + FuzzTargets.all.map(\.name).joined(separator: " "))
            exit(2)
        }
        return found
    }()

    static func main() {
        _ = target
        var count = CommandLine.argc
        var arguments = unsafe CommandLine.unsafeArgv
        exit(
            unsafe runDriver(&count, &arguments) { start, count in
                unsafe Engine.read(UnsafeBufferPointer(start: start, count: count))
            })
    }

    private static func read(_ input: UnsafeBufferPointer<UInt8>) -> CInt {
        let octets = unsafe Array(input)
        // Longer ones are slow and show nothing more.
        guard octets.count <= target.longest else { return -1 }
        do { try target.read(octets) } catch { fatalError("\(target.name): \(error)") }
        return 0
    }
}

@_silgen_name("LLVMFuzzerRunDriver") private func runDriver(
    _ count: UnsafeMutablePointer<CInt>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ read: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt
