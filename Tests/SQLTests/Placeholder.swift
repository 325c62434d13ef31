// SQLTests
