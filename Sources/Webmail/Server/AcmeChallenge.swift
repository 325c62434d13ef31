internal import HTTPTypes
internal import HummingbirdCore
internal import NIOCore

/// Answers to an ACME server's HTTP challenges (RFC 8555 §8.3), as an ACME client put them into the webroot.
///
/// The client runs as root or as its own user and only writes there; we only read. Answered on every web port, in the clear too, as
/// the challenge begins at port 80.
enum AcmeChallenge {
    /// A key authorization has two base64url words, some 90 octets.
    private static let longest = 1_024
    private static let longestToken = 256

    static let answer = Endpoint(.get, ".well-known/acme-challenge/:token", inTheClear: true) { web, call in
        guard let token = call.parameters["token"], isToken(token) else { throw WebRefusal.notFound }
        let file = "\(web.acmeFolder)/.well-known/acme-challenge/\(token)"
        let octets = try? await FileThreads.run { try FileReader(path: file).read(offset: 0, length: longest) }
        guard let octets else { throw WebRefusal.notFound }
        return Answer.make(octets, "application/octet-stream")
    }

    /// base64url alone: no dot and no slash leads anywhere else.
    private static func isToken(_ text: String) -> Bool {
        (1...longestToken).contains(text.utf8.count)
            && text.utf8.allSatisfy {
                (0x30...0x39).contains($0) || (0x41...0x5a).contains($0) || (0x61...0x7a).contains($0) || $0 == 0x2d || $0 == 0x5f
            }
    }
}
