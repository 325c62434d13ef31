/// A file's octets as lines, as libyaml counts them: it ends a line at LF, CR, CR LF, NEL, LS and PS.
struct SourceText {
    let file: String
    /// Without a byte order mark.
    let octets: ArraySlice<UInt8>
    /// Offsets into `octets`.
    private let lineStarts: [Int]

    init(file: String, octets: [UInt8]) {
        self.file = file
        let mark: [UInt8] = [0xef, 0xbb, 0xbf]
        let rest = octets.starts(with: mark) ? octets.dropFirst(3) : octets[...]
        self.octets = rest
        var starts = [rest.startIndex]
        var index = rest.startIndex
        while let candidate = rest[index...].firstIndex(where: { $0 < 0x0e || $0 == 0xc2 || $0 == 0xe2 }) {
            let end = Self.lineEnd(in: rest, at: candidate)
            index = candidate + max(1, end)
            if end > 0 { starts.append(index) }
        }
        lineStarts = starts
    }

    /// The octets of the line end at `index`; 0 where there is none.
    private static func lineEnd(in octets: ArraySlice<UInt8>, at index: Int) -> Int {
        switch octets[index] {
        case 0x0a: return 1
        case 0x0d: return octets[index...].dropFirst().first == 0x0a ? 2 : 1
        case 0xc2: return octets[index...].dropFirst().first == 0x85 ? 2 : 0
        case 0xe2:
            let next = octets[index...].dropFirst().prefix(2)
            return next.elementsEqual([0x80, 0xa8]) || next.elementsEqual([0x80, 0xa9]) ? 3 : 0
        default: return 0
        }
    }

    /// A line by its number from 1, without its end; what is not UTF-8 becomes U+FFFD. Nil where there is no such line.
    func line(_ number: Int) -> String? {
        guard number >= 1, number <= lineStarts.count else { return nil }
        let end = number < lineStarts.count ? lineStarts[number] : octets.endIndex
        let text = String(decoding: octets[lineStarts[number - 1]..<end], as: UTF8.self)
        let ends: Set<Unicode.Scalar> = ["\n", "\r", "\u{85}", "\u{2028}", "\u{2029}"]
        return String(text.unicodeScalars.prefix { !ends.contains($0) })
    }

    /// The place of an octet.
    func position(at offset: Int) -> SourcePosition {
        var low = 0
        var high = lineStarts.count - 1
        while low < high {
            let middle = (low + high + 1) / 2
            if lineStarts[middle] <= offset { low = middle } else { high = middle - 1 }
        }
        let before = octets[lineStarts[low]..<max(lineStarts[low], min(offset, octets.endIndex))]
        return SourcePosition(file: file, line: low + 1, column: String(decoding: before, as: UTF8.self).unicodeScalars.count + 1)
    }

    /// The first octet that is not UTF-8, or does not belong into a text file; nil where all is well.
    ///
    /// Scalars of `YAMLReader.reserved` are refused too, as the reader needs them for itself.
    func firstMisfit() -> (offset: Int, problem: String)? {
        let isPlain: (UInt8) -> Bool = { (0x20...0x7e).contains($0) || $0 == 0x0a || $0 == 0x0d || $0 == 0x09 }
        guard var offset = octets.firstIndex(where: { !isPlain($0) }) else { return nil }
        var decoder = UTF8.ForwardParser()
        var iterator = octets[offset...].makeIterator()
        while true {
            switch decoder.parseScalar(from: &iterator) {
            case .emptyInput: return nil
            case .error: return (offset, "is not UTF-8")
            case .valid(let encoded):
                let scalar = UTF8.decode(encoded)
                if let problem = Self.problem(with: scalar) { return (offset, problem) }
                offset += encoded.count
            }
        }
    }

    private static func problem(with scalar: Unicode.Scalar) -> String? {
        switch scalar.value {
        case 0x09, 0x0a, 0x0d, 0x20...0x7e, 0x85, 0xa0...0xd7ff: nil
        case 0xe000...0xfffd: YAMLReader.reserved.contains(scalar) || scalar == "\u{FEFF}" ? name(of: scalar) : nil
        case 0x10000...: nil
        default: name(of: scalar)
        }
    }

    private static func name(of scalar: Unicode.Scalar) -> String {
        let digits = String(scalar.value, radix: 16, uppercase: true)
        return "is the character U+\(String(repeating: "0", count: max(0, 4 - digits.count)))\(digits)"
    }
}
