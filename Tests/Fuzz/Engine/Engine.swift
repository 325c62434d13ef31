import Glibc

/// libFuzzer around one target, which FUZZ_TARGET names; the arguments are libFuzzer's own, or `--dictionary` alone, which prints
/// the target's.
///
/// Its driver is called as a library (https://llvm.org/docs/LibFuzzer.html#using-libfuzzer-as-a-library), as a Swift program
/// brings its own `main`.
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
        guard CommandLine.arguments.dropFirst() != ["--dictionary"] else { return print(target.dictionary, terminator: "") }
        _ = target
        var count = CommandLine.argc
        var arguments = unsafe CommandLine.unsafeArgv
        exit(unsafe runDriver(&count, &arguments, testOneInput))
    }

    static func read(_ octets: [UInt8]) -> CInt {
        // Longer ones are slow and show nothing more.
        guard octets.count <= target.longest else { return -1 }
        do { try target.read(octets) } catch { fatalError("\(target.name): \(error)") }
        return 0
    }
}

/// Under this name libFuzzer's own `main`, which is not ours to leave out, finds it too.
@_cdecl("LLVMFuzzerTestOneInput") func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    Engine.read(unsafe Array(UnsafeBufferPointer(start: start, count: count)))
}

@_silgen_name("LLVMFuzzerRunDriver") private func runDriver(
    _ count: UnsafeMutablePointer<CInt>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ read: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt
