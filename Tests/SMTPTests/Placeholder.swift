// SMTPTests
