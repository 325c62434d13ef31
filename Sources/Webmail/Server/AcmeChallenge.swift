internal import HTTPTypes
internal import HummingbirdCore
internal import NIOCore

/// Answers to an ACME server's HTTP challenges (RFC 8555 §8.3), as an ACME client put them into the webroot.
///
/// The client runs as root or as its own user and only writes there; we only read. Answered on every web port, in the clear too, as
/// the challenge begins at port 80.
enum AcmeChallenge {
    private static let prefix = "/.well-known/acme-challenge/"
    /// A key authorization has two base64url words, some 90 octets.
    private static let longest = 1_024
    private static let longestToken = 256

    /// Nil where the request is for something else.
    ///
    /// - Parameter webroot: what the ACME client is given as its webroot.
    static func answer(_ request: Request, webroot: String) async -> Response? {
        guard let path = request.head.path, path.hasPrefix(prefix) else { return nil }
        let token = path.dropFirst(prefix.count)
        // base64url alone: no dot and no slash leads anywhere else.
        let isToken = token.utf8.allSatisfy {
            (0x30...0x39).contains($0) || (0x41...0x5a).contains($0) || (0x61...0x7a).contains($0) || $0 == 0x2d || $0 == 0x5f
        }
        guard isToken, (1...longestToken).contains(token.utf8.count), request.method == .get || request.method == .head else {
            return Response(status: .notFound)
        }
        let file = webroot + prefix + token
        let octets = try? await FileThreads.run { try FileReader(path: file).read(offset: 0, length: longest) }
        guard let octets else { return Response(status: .notFound) }
        return Response(
            status: .ok, headers: [.contentType: "application/octet-stream", .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: octets))
    }
}
