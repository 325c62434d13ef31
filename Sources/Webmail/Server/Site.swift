internal import Directory
internal import HTTPTypes
package import HummingbirdCore
internal import Logging
internal import Mail
internal import MailConfiguration
internal import NIOCore
internal import NIOHTTP1

/// Answers requests: finds the endpoint, makes pages of what is refused, protects every answer.
package struct Site: Sendable {
    package let web: Web

    package init(web: Web) { self.web = web }

    package func respond(to request: Request, remote: String, isSecure: Bool) async -> Response {
        let target = request.head.path ?? "/"
        let cut = target.firstIndex(of: "?") ?? target.endIndex
        let query = cut < target.endIndex ? FormFields(target[target.index(after: cut)...]) : FormFields()
        let path = target[..<cut].split(separator: "/")
        let method: HTTPRequest.Method = request.method == .head ? .get : request.method
        var response = Response(status: .notFound)
        var call = Call(request: request, parameters: [:], query: query, remote: remote, isSecure: isSecure)
        do {
            var found: Response?
            for endpoint in EndpointTable.all where endpoint.method == method {
                guard let parameters = endpoint.parameters(of: path) else { continue }
                call = Call(request: request, parameters: parameters, query: query, remote: remote, isSecure: isSecure)
                found = try await answer(of: endpoint, to: call)
                break
            }
            guard let found else { throw WebRefusal.notFound }
            response = found
        } catch {
            response = await failure(error, call)
        }
        Security.protect(&response, isSecure: isSecure)
        return request.method == .head ? response.createHeadResponse() : response
    }

    /// A body that comes a byte a second does not hold its connection for ever.
    private func answer(of endpoint: Endpoint, to call: Call) async throws -> Response {
        guard call.method != .get else { return try await endpoint.answer(web, call) }
        let web = web
        // Whose session it is, and whether it still counts, is for the endpoint to ask.
        let hasSession = call.cookie(Cookies.session).flatMap { web.sessions.session($0) } != nil
        let limit = hasSession ? web.limits.requestTime : web.limits.strangerTime
        return try await withThrowingTaskGroup(of: Response.self) { group in
            group.addTask { try await endpoint.answer(web, call) }
            group.addTask {
                try await Task.sleep(for: limit)
                throw WebRefusal.tooSlow
            }
            defer { group.cancelAll() }
            guard let first = try await group.next() else { throw WebRefusal.tooSlow }
            return first
        }
    }

    // MARK: What is refused

    private func failure(_ error: any Error, _ call: Call) async -> Response {
        let refusal = self.refusal(error)
        let visitor = try? await web.visitor(call)
        let words = visitor?.words ?? web.words(call)
        let problem = refusal?.sentence(words) ?? words["x_500"]
        let status = refusal?.status ?? .internalServerError
        if call.wantsJSON { return Answer.json(["error": problem], status: status) }
        if refusal == .notLoggedIn { return logIn(call) }
        if call.fragment != nil { return Answer.text(problem, status: status) }
        let page = ErrorPage(fields: errorFields(status, refusal, problem, words, call))
        return Answer.html(web.templates.render(page, in: words), status: status)
    }

    private func refusal(_ error: any Error) -> WebRefusal? {
        if let refusal = error as? WebRefusal { return refusal }
        if let refusal = WebRefusal(storeFailure: error) {
            if refusal == .unavailable { web.logger.error("the store does not answer", metadata: ["cause": "\(error)"]) }
            return refusal
        }
        // What stands in the place of a chunk (RFC 9112 §7.1).
        if error is HTTPParserError { return .badRequest }
        web.logger.error("a request failed", metadata: ["cause": "\(error)"])
        return nil
    }

    private func logIn(_ call: Call) -> Response {
        let isPage = call.method == .get && call.fragment == nil
        let next = isPage ? call.request.head.path : nil
        let reason = call.cookie(Cookies.session).flatMap { web.sessions.ending($0) }
        let ended = reason ?? (call.cookie(Cookies.session) == nil ? nil : .expired)
        if call.fragment != nil { return Answer.text(web.words(call)["ended_expired"], status: .unauthorized) }
        return Answer.redirect(FormFields.address("/login", ["next": next == "/" ? nil : next, "ended": ended?.rawValue]))
    }

    private func errorFields(
        _ status: HTTPResponse.Status, _ refusal: WebRefusal?, _ problem: String, _ words: Words, _ call: Call
    ) -> Fields {
        let heading = words.texts["h_\(status.code)"] ?? words["h_400"]
        var fields: Fields = [
            "lang": words.language, "title": heading, "status": "\(status.code)",
            "heading": heading, "explanation": problem, "host": web.generation.value.host.hostName.unicode,
        ]
        fields.set("theme", Web.theme(call))
        if call.method == .get, status.kind == .serverError { fields["retry"] = call.request.head.path ?? "/" }
        return fields
    }
}
