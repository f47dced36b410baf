"""What tests of more than one file say and do, a module for each; fixtures stand in the conftests."""
