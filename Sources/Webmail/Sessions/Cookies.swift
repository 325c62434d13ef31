/// The cookies that we set, and how.
enum Cookies {
    static let session = "malaposta"
    /// Before log-in: the token that the log-in form must repeat.
    static let login = "malaposta-login"
    static let language = "malaposta-language"
    static let theme = "malaposta-theme"
    /// The browser's time zone, set by our script: an IANA name.
    static let zone = "malaposta-zone"

    /// A `Set-Cookie` value. Scripts cannot read it, other sites cannot send it, and over TLS it never goes without.
    static func set(_ name: String, _ value: String, lifeInSeconds: Int64?, isSecure: Bool, isStrict: Bool = false) -> String {
        var text = "\(name)=\(value); Path=/; HttpOnly; SameSite=\(isStrict ? "Strict" : "Lax")"
        if let lifeInSeconds { text += "; Max-Age=\(lifeInSeconds)" }
        return isSecure ? text + "; Secure" : text
    }
}
