/// What an SPF evaluation comes to (RFC 7208 §2.6).
package enum SPFVerdict: String, Sendable {
    case none, neutral, pass, fail, softfail, temperror, permerror
}
