internal import Mail
package import MailConfiguration

extension HostConfiguration {
    /// A host for tests: read as files are, so that what is left out has its default.
    ///
    /// - Parameter change: makes of it what a test needs.
    package static func example(_ change: (inout HostConfiguration) -> Void = { _ in }) throws -> HostConfiguration {
        let text = """
            schema: 1
            host_name: mail.example
            listeners: [{ name: smtp, service: smtp, address: 127.0.0.1, port: 2525 }]
            tls: { self_signed: true }
            allow_unproven: true
            """
        let reading = ConfigurationReading(ConfigurationFiles(contents: ["malaposta.yaml": Array(text.utf8)]))
        guard var host = reading.tree?.host else { throw ExampleFailure(diagnostics: reading.diagnostics) }
        host.listeners = []
        host.limits.connectionsPerAddress = 500
        host.limits.connectionsPerUser = 500
        host.limits.messagesPerSession = 100
        host.limits.recipientsPerMessage = 100
        host.limits.messageSize = .megabytes(50)
        change(&host)
        return host
    }
}

/// The example is not what the schema wants any more.
package struct ExampleFailure: Error { package let diagnostics: [Diagnostic] }
