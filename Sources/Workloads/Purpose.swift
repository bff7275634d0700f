/// What random numbers are drawn for; each purpose has draws of its own.
enum Purpose: UInt64 {
    case pool = 1
    case reservation = 2
    case arrival = 3
    case recordCpu = 4
    case recordShape = 5
    case lifetime = 6
    case freeCpu = 7
    case victims = 8
    case sendfile = 9
    case kernelLifetime = 10
    case unmovable = 11
    case freePage = 12
    case brokenReservation = 13
    case freeBlock = 14
    case listOrder = 15
    case queueOrder = 16
    case fileRead = 17
}
