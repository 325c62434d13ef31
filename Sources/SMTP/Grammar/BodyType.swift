/// `BODY=`, RFC 6152 §3.
package enum BodyType: String, Hashable, Sendable {
    case sevenBit = "7BIT"
    case eightBit = "8BITMIME"
}
