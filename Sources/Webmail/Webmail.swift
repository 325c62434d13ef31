// Webmail
