import FuzzEntry

FuzzEntry.drive(testOneInput)
