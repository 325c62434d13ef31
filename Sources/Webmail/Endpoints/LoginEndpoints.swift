internal import Directory
internal import HTTPTypes
internal import HummingbirdCore
internal import Logging
internal import Mail
internal import MailConfiguration
internal import Store
internal import TLS

/// Logging in and out.
enum LoginEndpoints {
    static let all: [Endpoint] = [
        Endpoint(.get, "") { web, call in try await start(web, call) },
        Endpoint(.get, "login") { web, call in page(web, call) },
        Endpoint(.post, "login") { web, call in try await logIn(web, call) },
        Endpoint(.post, "logout") { web, call in
            let (visitor, _) = try await web.changing(call)
            web.sessions.end(visitor.session.id, .out)
            return Answer.redirect("/login?ended=out")
        },
    ]

    private static func start(_ web: Web, _ call: Call) async throws -> Response {
        let visitor = try await web.visitor(call)
        let mailbox = try await web.mailbox("me", of: visitor)
        return Answer.redirect(mailbox.path(try await mailbox.account.folder(.inbox).id))
    }

    // MARK: The page

    private static func page(
        _ web: Web, _ call: Call, problem: String? = nil, name: String = "", next: String? = nil,
        status: HTTPResponse.Status = .ok
    ) -> Response {
        let chosen = web.languages.words(call.query["language"])
        let words = chosen ?? web.words(call)
        let token = SecureRandom.hex(16)
        let ending = call.query["ended"].flatMap { SessionEnding(rawValue: $0) }
        var fields: Fields = [
            "lang": words.language, "title": words["log_in_title"],
            "script": "zone.js",
            "host": web.generation.value.host.hostName.unicode, "csrf": token, "name": name,
            "next": Answer.safe(next ?? call.query["next"]),
            "languages": web.languages.all.map { language -> Fields in
                ["code": language.language, "name": language.name, "current": language.language == words.language]
            },
        ]
        fields.set("theme", Web.theme(call))
        fields.set("problem", problem)
        if problem == nil { fields.set("notice", ending.map { words["ended_\($0.rawValue)"] }) }
        var response = Answer.html(web.templates.render(LoginPage(fields: fields), in: words), status: status)
        response.setCookie(Cookies.set(Cookies.login, token, lifeInSeconds: 3_600, isSecure: call.isSecure, isStrict: true))
        if let chosen { response.setCookie(languageCookie(chosen.language, call)) }
        return response
    }

    static func languageCookie(_ code: String, _ call: Call) -> String {
        Cookies.set(Cookies.language, code, lifeInSeconds: 31_536_000, isSecure: call.isSecure)
    }

    // MARK: Logging in

    private static func logIn(_ web: Web, _ call: Call) async throws -> Response {
        let form = try await call.form(limit: 16 << 10)
        let (words, name) = (web.words(call), form["name"]?.trimmed ?? "")
        func refuse(_ problem: String, _ status: HTTPResponse.Status) -> Response {
            page(web, call, problem: problem, name: String(name.prefix(320)), next: form["next"], status: status)
        }
        guard let token = form["csrf"], let cookie = call.cookie(Cookies.login), Web.isSame(token, cookie) else {
            return refuse(words["login_expired"], .forbidden)
        }
        let credentials = Credentials(
            name: name, password: Array((form["password"] ?? "").utf8), service: .web, remote: call.remote)
        let attempt = web.sessions.beginLogin()
        switch await web.authenticator.authenticate(credentials) {
        case .accepted(let account):
            guard account.features.allow(.web), account.kind == .user else {
                return refuse(words["login_not_allowed"], .forbidden)
            }
            return try await begin(web, call, account, attempt, next: form["next"])
        case .rejected: return refuse(words["login_rejected"], .unauthorized)
        case .suspended: return refuse(words["login_suspended"], .forbidden)
        case .throttled(let pause):
            let seconds = Int(max(1, pause.components.seconds))
            let time = seconds < 90 ? words.counted("seconds", seconds) : words.counted("minutes", (seconds + 59) / 60)
            var response = refuse(words("login_throttled", ["time": time]), .tooManyRequests)
            response.headers[.retryAfter] = "\(seconds)"
            return response
        case .unavailable: return refuse(words["x_503"], .serviceUnavailable)
        }
    }

    private static func begin(
        _ web: Web, _ call: Call, _ account: DirectoryAccount, _ attempt: LoginAttempt, next: String?
    ) async throws -> Response {
        let (token, session) = try await web.sessions.begin(account.id, remote: call.remote, after: attempt)
        if let old = call.cookie(Cookies.session).flatMap({ web.sessions.session($0) }), old.id != session.id {
            web.sessions.end(old.id, .out)
        }
        var response = Answer.redirect(Answer.safe(next))
        let life = web.limits.sessionLife.components.seconds
        response.setCookie(Cookies.set(Cookies.session, token, lifeInSeconds: life, isSecure: call.isSecure))
        response.setCookie(Cookies.set(Cookies.login, "", lifeInSeconds: 0, isSecure: call.isSecure, isStrict: true))
        if call.cookie(Cookies.language) == nil, let known = web.languages.words(account.language),
            call.header(.acceptLanguage) == nil
        {
            response.setCookie(languageCookie(known.language, call))
        }
        // F72: what lies in the trash for more than seven days goes at log-in. A failure here must keep nobody out.
        let (store, logger) = (web.store, web.logger)
        Task {
            do { try await store.account(account.id).purgeTrash() } catch {
                logger.warning("the trash was not purged at log-in", metadata: ["account": "\(account.id)", "cause": "\(error)"])
            }
        }
        return response
    }
}
