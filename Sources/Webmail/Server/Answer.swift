internal import FoundationEssentials
internal import HTTPTypes
internal import HummingbirdCore
internal import NIOCore

/// Makes answers.
enum Answer {
    static func html(_ page: ByteBuffer, status: HTTPResponse.Status = .ok) -> Response {
        make(page, "text/html; charset=utf-8", status)
    }

    static func text(_ text: String, status: HTTPResponse.Status = .ok) -> Response {
        make(ByteBuffer(string: text), "text/plain; charset=utf-8", status)
    }

    static func json(_ value: some Encodable, status: HTTPResponse.Status = .ok) -> Response {
        let octets = (try? JSONEncoder().encode(value)) ?? Data("{}".utf8)
        return make(ByteBuffer(bytes: octets), "application/json", status)
    }

    static func redirect(_ path: String) -> Response {
        Response(status: .seeOther, headers: [.location: safe(path)])
    }

    static func make(_ body: ByteBuffer, _ type: String, _ status: HTTPResponse.Status = .ok) -> Response {
        Response(status: status, headers: [.contentType: type], body: ResponseBody(byteBuffer: body))
    }

    /// Only paths of this site: `//host` and `/\host` are addresses of others to a browser.
    static func safe(_ path: String?) -> String {
        guard let path, path.first == "/", path.utf8.count < 4_000,
            path.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f && $0 != 0x5c }),
            path.dropFirst().first != "/"
        else { return "/" }
        return path
    }
}

extension Response {
    mutating func setCookie(_ value: String) { headers.append(HTTPField(name: .setCookie, value: value)) }
}
