// MailConfigurationTests
