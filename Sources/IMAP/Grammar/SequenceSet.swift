internal import Mail
internal import NIOCore

/// `sequence-set`, RFC 9051 §9: message sequence numbers or UIDs, in the order given.
package struct SequenceSet: Hashable, Sendable {
    /// One number or range. `star` stands for the largest number in use, and may stand on either side.
    package struct Range: Hashable, Sendable {
        package let first: UInt32
        package let last: UInt32
    }

    /// `*`; no message has this number.
    package static let star: UInt32 = 0

    package let ranges: [Range]

    package init(_ ranges: [Range]) { self.ranges = ranges }

    /// The numbers meant where `largest` is the largest in use (0: none): ascending, neither touching nor overlapping.
    ///
    /// `*` alone is dropped where nothing is in use. Numbers above `largest` stay.
    package func resolved(largest: UInt32) -> [ClosedRange<UInt32>] {
        var numbers: [ClosedRange<UInt32>] = []
        numbers.reserveCapacity(ranges.count)
        for range in ranges {
            let first = range.first == Self.star ? largest : range.first
            let last = range.last == Self.star ? largest : range.last
            guard min(first, last) > 0 else { continue }
            numbers.append(min(first, last)...max(first, last))
        }
        return numbers.merged()
    }
}

extension [ClosedRange<UInt32>] {
    /// The same numbers, ascending, with as few ranges as can be.
    func merged() -> [ClosedRange<UInt32>] {
        guard count > 1 else { return self }
        var result: [ClosedRange<UInt32>] = []
        for range in sorted(by: { $0.lowerBound < $1.lowerBound }) {
            guard let last = result.last, range.lowerBound <= last.upperBound || range.lowerBound - 1 == last.upperBound else {
                result.append(range)
                continue
            }
            result[result.count - 1] = last.lowerBound...Swift.max(last.upperBound, range.upperBound)
        }
        return result
    }
}

extension CommandReader {
    /// `sequence-set`, RFC 9051 §9, at most `limits.sequenceRanges` ranges.
    package mutating func sequenceSet() throws(SyntaxError) -> SequenceSet {
        var ranges = [try sequenceRange()]
        while take(UInt8(ascii: ",")) {
            guard ranges.count < limits.sequenceRanges else { throw failure(.fewerRanges) }
            ranges.append(try sequenceRange())
        }
        return SequenceSet(ranges)
    }

    private mutating func sequenceRange() throws(SyntaxError) -> SequenceSet.Range {
        let first = try sequenceNumber()
        guard take(UInt8(ascii: ":")) else { return SequenceSet.Range(first: first, last: first) }
        return SequenceSet.Range(first: first, last: try sequenceNumber())
    }

    /// `seq-number`, RFC 9051 §9.
    private mutating func sequenceNumber() throws(SyntaxError) -> UInt32 {
        take(UInt8(ascii: "*")) ? SequenceSet.star : try nonzeroNumber()
    }
}

extension ByteBuffer {
    /// `uid-set`, RFC 9051 §9, in the order of `uids`; runs of neighbours become ranges. Nothing for none.
    mutating func write(uidSet uids: some Sequence<UID>) {
        var run: ClosedRange<UInt32>?
        var isFirst = true
        func flush(_ range: ClosedRange<UInt32>, into buffer: inout ByteBuffer) {
            if !isFirst { buffer.writeInteger(UInt8(ascii: ",")) }
            isFirst = false
            buffer.write(number: UInt64(range.lowerBound))
            guard range.count > 1 else { return }
            buffer.writeInteger(UInt8(ascii: ":"))
            buffer.write(number: UInt64(range.upperBound))
        }
        for uid in uids {
            if let current = run, current.upperBound < uid.value, current.upperBound + 1 == uid.value {
                run = current.lowerBound...uid.value
            } else {
                if let current = run { flush(current, into: &self) }
                run = uid.value...uid.value
            }
        }
        if let current = run { flush(current, into: &self) }
    }
}
