/// How much structure a message may have. What lies beyond a limit is kept as an opaque part: its octets are in its
/// range, nothing is looked for inside.
package struct ParsingLimits: Sendable, Hashable {
    /// Multiparts and messages one inside another.
    package var depth = 100
    /// Parts of a message, multiparts and nested messages counted.
    package var parts = 10_000
    /// Octets of all the headers of a message together that are looked at.
    package var headerOctets = 1 << 20
    /// Fields of one header that can be looked up.
    package var fields = 10_000

    package init() {}

    /// The longest line that can be a boundary, in octets. RFC 2046 §5.1.1 allows 70 and padding; more is seen in use.
    static let boundaryLine = 512
}
