/// What `BDAT` announces, RFC 3030 §2.
package struct ChunkSize: Hashable, Sendable {
    /// Octets that follow the command line at once; may be zero.
    package let octets: Int
    package let isLast: Bool

    package init(octets: Int, isLast: Bool) {
        self.octets = octets
        self.isLast = isLast
    }
}

extension CommandReader {
    /// `chunk-size [ SP end-marker ]`.
    package mutating func chunkSize() throws(SMTPSyntaxError) -> ChunkSize {
        let octets = try number()
        guard !isAtEnd else { return ChunkSize(octets: octets, isLast: false) }
        try space()
        let isLast = take("LAST")
        try end()
        return ChunkSize(octets: octets, isLast: isLast)
    }
}
