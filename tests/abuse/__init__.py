"""What somebody who means harm would try, one attempt each."""
