// LocalSocketTests
