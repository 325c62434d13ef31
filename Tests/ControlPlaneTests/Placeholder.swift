// ControlPlaneTests
