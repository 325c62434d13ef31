// IMAPTests
