import Directory
import DirectoryTestSupport
import Mail
import NIOConcurrencyHelpers
import SMTPServer
import Testing

@testable import Delivery

@Suite("Notices to senders, RFC 3461 and RFC 3464") struct NoticeTests {
    @Test func tellsOfAFullMailboxInTheSendersLanguage() async throws {
        let host = try TestHost { content in
            for index in content.tenants[0].accounts.indices { content.tenants[0].accounts[index].language = "pt" }
        }
        host.mailboxes.state.withLockedValue { $0.failure = .overQuota }
        try await host.run { service in
            let id = try await service.send(
                from: "ana@acme.example", to: [recipient("eve@globex.example"), recipient("info@acme.example", .never)],
                account: host.tenants.ana)
            // The notice itself cannot be filed either, and of that nobody is told.
            #expect(await service.until { service.items().isEmpty })
            #expect(host.mailboxes.messages(host.tenants.ana.id).isEmpty)
            #expect(id.text.count == 11)
        }
    }

    @Test func failureIsWhole() async throws {
        let host = try TestHost { $0.tenants[1].accounts[0].language = "pt" }
        try await host.run { service in
            try await service.send(
                "Subject: secret\r\nX-Long: a\r\n b\r\n\r\nthe body\r\n", from: "eve@globex.example",
                to: [EnvelopeRecipient(try address("gone@acme.example"), originalRecipient: "rfc822;Gone@acme.example")])
            #expect(await service.until { !host.mailboxes.messages(host.tenants.eve.id).isEmpty })
            let text = try #require(host.mailboxes.messages(host.tenants.eve.id).first).text
            #expect(text.hasPrefix("Return-Path: <>\r\nDelivered-To: eve@globex.example\r\n"))
            for line in [
                "Content-Type: multipart/report", "report-type=delivery-status", "Auto-Submitted: auto-replied",
                "Original-Envelope-Id: env-1\r\n", "Reporting-MTA: dns; mail.example\r\n",
                "Original-Recipient: rfc822; Gone@acme.example\r\n", "Final-Recipient: rfc822; gone@acme.example\r\n",
                "Action: failed\r\n", "Status: 5.2.1\r\n", "Content-Type: text/rfc822-headers",
                "Subject: secret\r\nX-Long: a\r\n b\r\n",
            ] { #expect(text.contains(line), "\(line)") }
            #expect(!text.contains("the body"))
            #expect(text.contains("caixa de correio"))
            #expect(await service.until { service.items().isEmpty })
        }
    }

    @Test func theWholeMessageReturnsWhereAsked() async throws {
        let host = try TestHost()
        try await host.run { service in
            try await service.send(
                "Subject: secret\r\n\r\nthe body\r\n", from: "eve@globex.example", to: [recipient("gone@acme.example")],
                full: true)
            #expect(await service.until { !host.mailboxes.messages(host.tenants.eve.id).isEmpty })
            let text = try #require(host.mailboxes.messages(host.tenants.eve.id).first).text
            #expect(text.contains("message/rfc822") && text.contains("the body"))
            #expect(text.contains("gone@acme.example: The mailbox is closed."))
        }
    }

    @Test(arguments: [
        (DSNNotify.success, "ana@acme.example", "Action: delivered\r\n" as String?),
        (.success, "team@acme.example", "Action: expanded\r\n"),
        (.failure, "ana@acme.example", nil), (.never, "gone@acme.example", nil),
    ])
    func success(notify: DSNNotify, to: String, expected: String?) async throws {
        let host = try TestHost()
        try await host.run { service in
            try await service.send(from: "eve@globex.example", to: [recipient(to, notify)])
            #expect(await service.until { service.items().isEmpty })
            let notices = host.mailboxes.messages(host.tenants.eve.id)
            #expect(notices.count == (expected == nil ? 0 : 1))
            if let expected { #expect(notices.first?.text.contains(expected) == true) }
        }
    }

    @Test func nothingIsToldOfANullSender() async throws {
        let host = try TestHost()
        try await host.run { service in
            try await service.send(from: nil, to: [recipient("gone@acme.example"), recipient("ana@acme.example", .success)])
            #expect(await service.until { service.items().isEmpty })
            #expect(host.mailboxes.messages(host.tenants.ana.id).count == 1)
            #expect(host.mailboxes.state.withLockedValue { $0.messages.values.joined().count } == 1)
        }
    }

    @Test func templatesAreWhole() throws {
        let texts = try NoticeTexts(folder: TestHost.templates)
        #expect(
            texts.text("failure.text", "pt", ["host": "{recipients}", "recipients": "x"]).contains(
                "servidor de correio {recipients}."))
        #expect(texts.reason("5.2.2", "pt") == "A caixa de correio está cheia.")
        #expect(texts.text("failure.subject", "ja") == "Your message could not be delivered")
        #expect(throws: NoticeTextsError.self) { try NoticeTexts(folder: "/nonexistent") }
    }
}
