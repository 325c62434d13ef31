// WebmailTests
