import Testing

@testable import LinuxHost

@Suite struct NumberRangesTests {
    @Test(arguments: [
        ("0", [0]), ("0-3", [0, 1, 2, 3]), ("0-1,4,6-7", [0, 1, 4, 6, 7]),
    ])
    func listsAreRead(_ text: String, _ numbers: [Int]) {
        #expect(NumberRanges.numbers(text) == numbers)
    }

    @Test(arguments: [
        "", "-", "1-", "-1", "3-1", "0,,1", "0-1-2", "1,0", "a", "0-99999999999999999999",
        "0-999999999",
    ])
    func whatIsNoListGivesNothing(_ text: String) {
        #expect(NumberRanges.numbers(text) == nil)
    }
}
