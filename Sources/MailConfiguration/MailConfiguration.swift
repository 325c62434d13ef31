// MailConfiguration
