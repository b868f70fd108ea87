from ambulando.cli import main

main()
