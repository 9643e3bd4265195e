// Sends the answer on; without script the person presses the button.
document.forms["answer"].submit();
