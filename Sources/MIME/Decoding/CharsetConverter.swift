internal import Glibc

/// One conversion of iconv(3) from a charset to UTF-8. Not for two threads at once.
@safe struct CharsetConverter: ~Copyable {
    private let handle: iconv_t

    /// Nil where the library does not know the charset.
    init?(_ charset: String) {
        // A slash would name options or a file to iconv_open.
        let isName = charset.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != 0x2f && $0 != 0x2c }
        guard isName, (1...40).contains(charset.utf8.count) else { return nil }
        guard let handle = unsafe iconv_open("UTF-8", charset), Int(bitPattern: handle) != -1 else { return nil }
        unsafe self.handle = handle
    }

    deinit { _ = unsafe iconv_close(handle) }

    /// All of `octets` in UTF-8; what is not of the charset is handed to `replace`, octet by octet.
    borrowing func convert(_ octets: [UInt8], replace: (UInt8, inout [UInt8]) -> Void) -> [UInt8] {
        _ = unsafe iconv(handle, nil, nil, nil, nil)
        var input = octets
        var output: [UInt8] = []
        output.reserveCapacity(octets.count + octets.count / 2 + 16)
        var scratch = [UInt8](repeating: 0, count: 4096)
        var consumed = 0
        while consumed < octets.count {
            let (taken, made, code) = step(&input, from: consumed, &scratch)
            output += scratch[..<made]
            consumed += taken
            guard code == EILSEQ || code == EINVAL, consumed < octets.count else {
                if code != 0, code != E2BIG { break }
                if taken == 0, made == 0 { break }
                continue
            }
            replace(octets[consumed], &output)
            consumed += 1
        }
        return output
    }

    private borrowing func step(_ input: inout [UInt8], from start: Int, _ scratch: inout [UInt8]) -> (Int, Int, Int32) {
        var code: Int32 = 0
        let available = input.count - start
        var inLeft = available
        var outLeft = scratch.count
        let room = scratch.count
        unsafe input.withUnsafeMutableBytes { source in
            unsafe scratch.withUnsafeMutableBytes { target in
                var from = unsafe source.baseAddress.map { unsafe ($0 + start).assumingMemoryBound(to: CChar.self) }
                var to = unsafe target.baseAddress?.assumingMemoryBound(to: CChar.self)
                if unsafe iconv(handle, &from, &inLeft, &to, &outLeft) == -1 { code = errno }
            }
        }
        return (available - inLeft, room - outLeft, code)
    }
}
